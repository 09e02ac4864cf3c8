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
