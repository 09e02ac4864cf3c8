const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

const { createContext, constants } = vm;

/**
 * Node's environment of Jest, in a context whose globals are plain ones. Those that Jest makes are looked up
 * through interceptors, which makes what the SDK does twice as slow.
 */
module.exports = class PlainGlobals extends TestEnvironment {
  constructor(...given) {
    vm.createContext = () => createContext(constants.DONT_CONTEXTIFY);
    try {
      super(...given);
    } finally {
      vm.createContext = createContext;
    }
  }
};
