/** An error as an AWS service answers it: `code` is what SDKs report as the error's name. */
export class AwsError extends Error {
  override readonly name: string;
  readonly statusCode: number;

  constructor(code: string, message: string, statusCode = 400) {
    super(message);
    this.name = code;
    this.statusCode = statusCode;
  }
}
