import { createSandboxes } from '../../bench/sandboxes.ts';

it('a function starts cold whenever all of its sandboxes are busy', () => {
  const sandboxes = createSandboxes();

  expect(sandboxes.take('addRoutes')).toBe(true);
  expect(sandboxes.take('addRoutes')).toBe(true);
  sandboxes.giveBack('addRoutes');
  sandboxes.giveBack('addRoutes');
  expect(sandboxes.take('addRoutes')).toBe(false);
  expect(sandboxes.take('addRoutes')).toBe(false);
  expect(sandboxes.take('addRoutes')).toBe(true);
});

it('a sandbox is of one function', () => {
  const sandboxes = createSandboxes();
  sandboxes.take('preflight');
  sandboxes.giveBack('preflight');

  expect(sandboxes.take('verifyRole')).toBe(true);
});
