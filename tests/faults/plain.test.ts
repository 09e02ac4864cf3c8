import { spoilEveryCall } from './pairs.ts';

spoilEveryCall('plain');
