/** A pin that something outside drives. */
export interface InputPin extends Disposable {
  readonly isActive: boolean;
}

/** A pin that Pipit drives. */
export interface OutputPin extends Disposable {
  set(isActive: boolean): void;
}

export interface InputOptions {
  readonly isActiveLow: boolean;
  /** A change counts when it has lasted so long. */
  readonly debounceMs: number;
  /** Called when `isActive` has changed. */
  readonly onChange: (isActive: boolean) => void;
}

/** The pins of the header, by their BCM numbers. Disposing of a pin gives it back to the system. */
export interface Pins {
  /** @throws DeviceError `hardware.gpio-refused`, `hardware.gpio-taken` */
  input(bcm: number, options: InputOptions): InputPin;
  /** It is off at first. @throws as `input` */
  output(bcm: number, options: { readonly isActiveLow: boolean }): OutputPin;
}
