import { drawSchedules } from './schedules.ts';

drawSchedules(2, 2);
