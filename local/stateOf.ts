/** The state that calls a function, as the state machine names it. */
export const stateOf = (functionName: string, payload: unknown): string => {
  const name = functionName.split('-').at(-1) ?? '';
  if (name !== 'addRoutes') return `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return Object(payload).side === 'hub' ? 'AddRoutesInHub' : 'AddRoutesInMonitoredAccount';
};
