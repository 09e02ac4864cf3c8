import { spoilEveryCall } from './pairs.ts';

spoilEveryCall('agents');
