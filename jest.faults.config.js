import everyTest from './jest.config.js';

/** Onboardings that are disturbed at every call, at random and by others: `npm run test:faults`. @type {import('jest').Config} */
export default {
  ...everyTest,
  roots: ['<rootDir>/tests/faults'],
  testPathIgnorePatterns: ['/node_modules/'],
  // One test makes thousands of onboardings.
  testTimeout: 1_800_000,
};
