import { commands } from './commands';
import { renderer } from './renderer';

export default [commands, renderer];
