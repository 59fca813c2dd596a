/** What a user can set: pure functions, so that they can be tested without JupyterLab. */

import { exactly, isFlag, isNumber, isObject, isText } from './guards';

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

/** Seconds beyond which nobody waits for a diagnosis. */
const LONGEST = 86_400;

const MOST_RULES = 500;
const LONGEST_RULE = 100;

/** Whether a text can be the name of a rule, which goes into the line of `%%diagnose` as it is. */
export function isRule(text: unknown): text is string {
  return isText(text) && text.length <= LONGEST_RULE && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

function isBudget(value: unknown): value is number {
  return isNumber(value) && value >= 1 && value <= LONGEST;
}

/** Rules of a list that may hold anything. */
function rulesIn(list: unknown): string[] {
  const rules = Array.isArray(list) ? list.slice(0, MOST_RULES).filter(isRule) : [];
  return [...new Set(rules)];
}

/** The settings as they are stored, with the default in place of what is no such setting. */
export function readPreferences(stored: unknown): IPreferences {
  const { budget, ignoredRules, severity, toolbarButton, marks } = isObject(stored) ? stored : {};
  return {
    budget: isBudget(budget) ? budget : DEFAULTS.budget,
    ignoredRules: rulesIn(ignoredRules),
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
  const rules = rulesIn(ignoredRules);
  const said = [
    budget === DEFAULTS.budget || !isBudget(budget) ? '' : ` --budget ${budget}`,
    rules.length === 0 ? '' : ` --ignore ${rules.join(',')}`
  ];
  return said.join('');
}
