import everyTest from './jest.config.js';

/** Named network situations, each with its verdict and what becomes of it: `npm run test:scenarios`. @type {import('jest').Config} */
export default {
  ...everyTest,
  roots: ['<rootDir>/tests/scenarios'],
  testPathIgnorePatterns: ['/node_modules/'],
};
