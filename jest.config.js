/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/tests/plainGlobals.cjs',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  // Proven by commands of their own, for they take minutes.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/tests/bulk/',
    '<rootDir>/tests/faults/',
    '<rootDir>/tests/permissions/',
    '<rootDir>/tests/scenarios/',
    '<rootDir>/tests/soak/',
  ],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } },
    ],
  },
  // cidr-tools and what it needs ship as ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(cidr-tools|cidr-regex|ip-bigint)/)'],
  globalSetup: '<rootDir>/tests/globalSetup.ts',
  clearMocks: true,
  // Jest leaves one core idle, which on two cores is half of them.
  maxWorkers: '100%',
  // Machines differ in speed, and time is no subject of a test.
  testTimeout: 120_000,
};
