import { readFileSync, writeFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import { leftOut } from './leftOut.ts';

type Serverless = {
  service: {
    provider: {
      runtime: string;
      compiledCloudFormationTemplate: { Resources: Record<string, object> };
    };
    functions: Record<string, { package: { artifact: string } }>;
  };
};

/** Where the plugin leaves the whole template, in the directory of serverless.yml. */
export const wholeTemplate = 'wholeTemplate.json';

/** A file that may be run, as zip has it from Unix: in the upper half of its attributes. */
const executable = { os: 3, attrs: 0o100755 << 16 };

const addBootstrap = ({ service }: Serverless) => {
  const bootstrap = readFileSync('tests/deploy/bootstrap.cjs');
  for (const { package: packaged } of Object.values(service.functions)) {
    const files = unzipSync(readFileSync(packaged.artifact));
    const zip = zipSync({ ...files, bootstrap: [bootstrap, executable] });
    writeFileSync(packaged.artifact, zip);
  }
};

const takeOut = ({ service }: Serverless) => {
  const { Resources } = service.provider.compiledCloudFormationTemplate;
  writeFileSync(wholeTemplate, JSON.stringify(service.provider.compiledCloudFormationTemplate));
  for (const { logicalId } of leftOut) delete Resources[logicalId];
};

/**
 * A plugin for the Serverless Framework that changes what the emulator cannot take: a runtime that does not
 * tell the names of errors (see gaps.ts), and resources that it does not know.
 */
export default class ForEmulator {
  readonly hooks: Record<string, () => void>;

  constructor(serverless: Serverless) {
    const { provider } = serverless.service;
    this.hooks = {
      'before:package:setupProviderConfiguration': () => {
        provider.runtime = 'provided.al2023';
      },
      'after:package:createDeploymentArtifacts': () => addBootstrap(serverless),
      'before:aws:package:finalize:saveServiceState': () => takeOut(serverless),
    };
  }
}
