/** What a user can set: pure functions, so that they can be tested without JupyterLab. */

import { exactly, isFlag, isNumber, isObject, isText, listOf } from './guards';

/** From the worst to the least. */
export const SEVERITIES = ['critical', 'warning', 'note'] as const;

export type Severity = (typeof SEVERITIES)[number];

export interface IPreferences {
  /** Seconds that a diagnosis may take. */
  budget: number;
  ignoredRules: string[];
  /** The least severity that is shown. */
  severity: Severity;
  toolbarButton: boolean;
  marks: boolean;
}

export const DEFAULTS: IPreferences = {
  budget: 10,
  ignoredRules: [],
  severity: 'note',
  toolbarButton: true,
  marks: true
};

/** The settings as they are stored, with the default in place of what is no such setting. */
export function readPreferences(stored: unknown): IPreferences {
  const { budget, ignoredRules, severity, toolbarButton, marks } = isObject(stored) ? stored : {};
  return {
    budget: isNumber(budget) && budget > 0 ? budget : DEFAULTS.budget,
    ignoredRules: listOf(isText)(ignoredRules) ? ignoredRules : DEFAULTS.ignoredRules,
    severity: exactly(...SEVERITIES)(severity) ? severity : DEFAULTS.severity,
    toolbarButton: isFlag(toolbarButton) ? toolbarButton : DEFAULTS.toolbarButton,
    marks: isFlag(marks) ? marks : DEFAULTS.marks
  };
}

/** Whether a severity is at least as bad as another; one that is not known here is shown. */
export function isShown(severity: string, least: Severity): boolean {
  const rank = SEVERITIES.findIndex(known => known === severity);
  return rank <= SEVERITIES.indexOf(least);
}

/** What `%%diagnose` needs to be told, "" where the settings are its own. */
export function magicOptions({ budget, ignoredRules }: IPreferences): string {
  const said = [
    budget === DEFAULTS.budget ? '' : ` --budget ${budget}`,
    ignoredRules.length === 0 ? '' : ` --ignore ${ignoredRules.join(',')}`
  ];
  return said.join('');
}
