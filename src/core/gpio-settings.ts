/** What hangs on the 40-pin header. Pins are BCM numbers; undefined: nothing is connected. */
export interface GpioSettings {
  /** The Pi's own LED shows how the station is. */
  readonly boardLed: boolean;
  readonly statusLed: number | undefined;
  readonly ledActiveLow: boolean;
  readonly button: number | undefined;
  readonly buttonActiveLow: boolean;
  readonly longPressMs: number;
  readonly veryLongPressMs: number;
  readonly input: number | undefined;
  readonly inputKind: 'motion' | 'door';
  readonly inputName: string;
  readonly inputActiveLow: boolean;
  readonly onAir: number | undefined;
  readonly onAirActiveLow: boolean;
  readonly debounceMs: number;
}
