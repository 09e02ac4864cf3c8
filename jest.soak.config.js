import everyTest from './jest.config.js';

/** Thousands of onboardings in one process: `npm run test:soak`. @type {import('jest').Config} */
export default {
  ...everyTest,
  roots: ['<rootDir>/tests/soak'],
  testPathIgnorePatterns: ['/node_modules/'],
};
