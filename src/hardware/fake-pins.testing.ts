import type { InputOptions, Pins } from './pins.ts';

/** Pins that a test moves and looks at, by BCM number. */
export class FakePins implements Pins {
  readonly outputs = new Map<number, boolean>();
  readonly inputs = new Map<number, InputOptions>();
  readonly #active = new Map<number, boolean>();

  input(bcm: number, options: InputOptions) {
    this.inputs.set(bcm, options);
    const isActive = () => this.#active.get(bcm) ?? false;
    return {
      get isActive() {
        return isActive();
      },
      [Symbol.dispose]: () => void this.inputs.delete(bcm),
    };
  }

  output(bcm: number) {
    this.outputs.set(bcm, false);
    return {
      set: (isActive: boolean) => void (this.outputs.has(bcm) && this.outputs.set(bcm, isActive)),
      [Symbol.dispose]: () => void this.outputs.delete(bcm),
    };
  }

  /** Somebody outside changes an input. */
  move(bcm: number, isActive: boolean): void {
    this.#active.set(bcm, isActive);
    this.inputs.get(bcm)?.onChange(isActive);
  }
}
