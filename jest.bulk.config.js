import everyTest from './jest.config.js';

/** Batches of many accounts: `npm run test:bulk`. @type {import('jest').Config} */
export default {
  ...everyTest,
  roots: ['<rootDir>/tests/bulk'],
  testPathIgnorePatterns: ['/node_modules/'],
};
