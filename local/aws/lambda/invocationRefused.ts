import { randomUUID } from 'node:crypto';

const refusals = {
  AccessDeniedException: { name: 'Lambda.AWSLambdaException', status: 403 },
  ResourceNotFoundException: { name: 'Lambda.ResourceNotFoundException', status: 404 },
} as const;

/**
 * Lambda does not run a function: there is none, or whoever asks may not invoke it. Name and message are as
 * Step Functions reports them: https://github.com/awslabs/aws-deployment-framework/issues/460
 */
export class InvocationRefused extends Error {
  override readonly name: string;

  constructor(code: keyof typeof refusals, why: string) {
    const { name, status } = refusals[code];
    super(
      `${why} (Service: AWSLambda; Status Code: ${status}; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null)`,
    );
    this.name = name;
  }
}
