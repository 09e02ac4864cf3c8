import everyTest from './jest.config.js';

/** The proof of the permissions: it takes minutes, so it has a command of its own. @type {import('jest').Config} */
export default {
  ...everyTest,
  roots: ['<rootDir>/tests/permissions'],
  testPathIgnorePatterns: [],
  globalSetup: '<rootDir>/tests/permissions/globalSetup.ts',
};
