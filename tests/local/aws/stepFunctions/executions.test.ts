import type { Execution } from '../../../../local/aws/stepFunctions/execution.ts';
import { Executions } from '../../../../local/aws/stepFunctions/executions.ts';
import type { MapRun } from '../../../../local/aws/stepFunctions/mapRun.ts';

const machine = { stateMachineArn: 'machine' };
const anExecution = (executionArn: string, forgotten: boolean) =>
  ({ executionArn, machine, forgotten }) as Execution;

it('keeps no execution that Step Functions has forgotten, nor its Map Runs', () => {
  const executions = new Executions();
  const [old, redriven, young] = [
    anExecution('old', true),
    anExecution('redriven', true),
    anExecution('young', false),
  ];
  for (const execution of [old, redriven, young]) {
    executions.add(execution);
    for (const status of ['RUNNING', 'FAILED'] as const) {
      executions.follow({ executionArn: execution.executionArn, status });
    }
  }
  executions.addMapRun({ mapRunArn: 'run', executionArn: 'old' } as MapRun);
  executions.follow({ executionArn: 'redriven', status: 'RUNNING' });
  expect(executions.find('old')).toBeUndefined();
  expect(executions.findMapRun('run')).toBeUndefined();
  expect(executions.of('machine')).toEqual([redriven, young]);
  expect(executions.runningCount).toBe(1);
});

it('finds those that run by their owner, in the order of their start, whichever was redriven', () => {
  const executions = new Executions();
  const start = (executionArn: string, owner: string, seconds: number) => {
    const startDate = new Date(1000 * seconds);
    const of = owner === 'machine' ? {} : { mapRunArn: owner };
    executions.follow({ executionArn, status: 'RUNNING' });
    executions.add({ ...anExecution(executionArn, false), startDate, ...of } as Execution);
  };
  start('redriven', 'machine', 1);
  start('second', 'machine', 2);
  start('child', 'run', 3);
  start('over', 'machine', 4);
  executions.follow({ executionArn: 'over', status: 'SUCCEEDED' });
  executions.follow({ executionArn: 'redriven', status: 'FAILED' });
  executions.follow({ executionArn: 'redriven', status: 'RUNNING' });
  const found = (owner: string) =>
    executions.runningOf(owner).map(({ executionArn }) => executionArn);
  expect(found('machine')).toEqual(['redriven', 'second']);
  expect(found('run')).toEqual(['child']);
});
