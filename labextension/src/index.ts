import { commands } from './commands';
import { exporting } from './exporting';
import { marking } from './marking';
import { problems } from './problemsPlugin';
import { renderer } from './renderer';
import { settings } from './settings';

export default [settings, commands, renderer, problems, marking, exporting];
