/** The user's settings, read from JupyterLab's registry and written to it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Token } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';
import { DEFAULTS, type IPreferences, isRule, readPreferences, type Severity } from './preferences';

const ID = 'nbdoctor:settings'; // <name of the package>:<name of the file of its schema>

/** The settings as they are now; before they are read, and where none can be, the defaults. */
export class Settings {
  constructor(private readonly _registry: ISettingRegistry) {
    this._stored = _registry.load(ID);
    this._stored.then(
      settings => {
        settings.changed.connect(this._read, this);
        this._read(settings);
      },
      () => undefined // the defaults stay, and whoever writes is told why
    );
  }

  get now(): IPreferences {
    return this._now;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether the rule is hidden now; what cannot be the name of a rule is not stored. */
  async ignore(rule: string): Promise<boolean> {
    if (!isRule(rule)) {
      return false;
    }
    await this._write('ignoredRules', [...new Set([...this._now.ignoredRules, rule])].sort());
    return this._now.ignoredRules.includes(rule);
  }

  /** Show the findings of a rule again; those of the others stay hidden. */
  async stopIgnoring(rule: string): Promise<void> {
    const others = this._now.ignoredRules.filter(other => other !== rule);
    await this._write('ignoredRules', others);
  }

  async showFrom(severity: Severity): Promise<void> {
    await this._write('severity', severity);
  }

  private async _write(name: keyof IPreferences, value: string | string[]): Promise<void> {
    const settings = await this._stored;
    try {
      await settings.set(name, value);
    } catch (error) {
      // The registry keeps what it could not save, and would save it with the next setting.
      await this._registry.reload(ID).catch(() => undefined);
      throw error;
    }
  }

  private _read(settings: ISettingRegistry.ISettings): void {
    this._now = readPreferences(settings.composite);
    this._changed.emit();
  }

  private readonly _stored: Promise<ISettingRegistry.ISettings>;
  private _now = DEFAULTS;
  private readonly _changed = new Signal<this, void>(this);
}

export const ISettings = new Token<Settings>('nbdoctor:ISettings');

export const settings: JupyterFrontEndPlugin<Settings> = {
  id: ID,
  description: 'Keeps what the user has set.',
  autoStart: true,
  requires: [ISettingRegistry],
  provides: ISettings,
  activate: (_app: JupyterFrontEnd, registry: ISettingRegistry) => new Settings(registry)
};
