import { spoilEveryCall } from './pairs.ts';

spoilEveryCall('asked');
