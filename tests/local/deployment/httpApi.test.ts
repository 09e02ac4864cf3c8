import { deploy } from '../../../local/deployment/deploy.ts';
import { createHttpApi } from '../../../local/deployment/httpApi.ts';
import { parseTemplate } from '../../../local/deployment/template.ts';
import { hub } from '../aws/aLocalAws.ts';
import { aLambda, functionArn, where } from '../aws/lambda/aLambda.ts';

const template = `
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default } }
  Work:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      { IntegrationType: AWS_PROXY, IntegrationUri: '${functionArn}', PayloadFormatVersion: '2.0' }
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: GET /things/{id}
      Target: !Sub integrations/\${Work}
      AuthorizationType: AWS_IAM`;

const apiGateway = 'apigateway.amazonaws.com';
const apiArn = `arn:aws:execute-api:eu-central-1:${hub}:api`;

/** Asks for a thing from an API whose function lets in API Gateway for some source. */
const asked = async (sourceArn: string | undefined, servicePrincipal = apiGateway) => {
  const { lambda, events } = aLambda({ run: () => ({ statusCode: 200, body: 'a thing' }) });
  const { providers, answer } = createHttpApi({ ...where, lambda });
  await deploy(parseTemplate(template), { ...where, stackName: 'test' }, providers);
  if (sourceArn) lambda.addPermission(functionArn, { servicePrincipal, sourceArn });
  return { ...(await answer({ method: 'GET', path: '/things/7', headers: {}, body: '' })), events };
};

it.each([
  ['the API', `${apiArn}/*`],
  ['any stage of the route', `${apiArn}/*/GET/things/{id}`],
  ['exactly this', `${apiArn}/$default/GET/things/{id}`],
])('invokes a function that lets in API Gateway for %s', async (_, sourceArn) => {
  const { status, body, events } = await asked(sourceArn);

  expect({ status, body }).toEqual({ status: 200, body: 'a thing' });
  expect(events).toEqual([
    expect.objectContaining({ routeKey: 'GET /things/{id}', pathParameters: { id: '7' } }),
  ]);
});

it.each([
  ['nobody', undefined, apiGateway],
  ['API Gateway for another API', `${apiArn}2/*`, apiGateway],
  ['API Gateway for another method', `${apiArn}/*/POST/things/{id}`, apiGateway],
  ['API Gateway for another stage', `${apiArn}/dev/*`, apiGateway],
  ['another service', `${apiArn}/*`, 'events.amazonaws.com'],
])('answers with a server error when the function lets in %s', async (_, sourceArn, service) => {
  const { status, body, events } = await asked(sourceArn, service);

  expect({ status, body }).toEqual({ status: 500, body: '{"message":"Internal Server Error"}' });
  expect(events).toEqual([]);
});
