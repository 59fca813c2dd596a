/** The user's settings, read from JupyterLab's registry and written to it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Token } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';
import { DEFAULTS, type IPreferences, readPreferences, type Severity } from './preferences';

const ID = 'nbdoctor:settings'; // <name of the package>:<name of the file of its schema>

/** The settings as they are now; before they are read, and where none can be, the defaults. */
export class Settings {
  constructor(private readonly _stored: Promise<ISettingRegistry.ISettings>) {
    void _stored.then(settings => {
      settings.changed.connect(this._read, this);
      this._read(settings);
    });
  }

  get now(): IPreferences {
    return this._now;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  async ignore(rule: string): Promise<void> {
    await this._write('ignoredRules', [...new Set([...this._now.ignoredRules, rule])].sort());
  }

  async stopIgnoring(): Promise<void> {
    await this._write('ignoredRules', []);
  }

  async showFrom(severity: Severity): Promise<void> {
    await this._write('severity', severity);
  }

  private async _write(name: keyof IPreferences, value: string | string[]): Promise<void> {
    await (await this._stored).set(name, value);
  }

  private _read(settings: ISettingRegistry.ISettings): void {
    this._now = readPreferences(settings.composite);
    this._changed.emit();
  }

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
  activate: (_app: JupyterFrontEnd, registry: ISettingRegistry) => new Settings(registry.load(ID))
};
