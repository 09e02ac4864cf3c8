import { packageApplication } from '../local/packaged.ts';

/** Tests read and run the packaged application: it is packaged once, and only after a change. */
export default packageApplication;
