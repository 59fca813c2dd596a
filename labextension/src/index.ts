import { commands } from './notebook/commands';
import { exporting } from './notebook/exporting';
import { marking } from './problems/marking';
import { problems } from './problems/plugin';
import { renderer } from './notebook/renderer';
import { settings } from './settings';

export default [settings, commands, renderer, problems, marking, exporting];
