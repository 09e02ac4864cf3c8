import { drawSchedules } from './schedules.ts';

drawSchedules(1, 2);
