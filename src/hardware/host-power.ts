import { execFile } from 'node:child_process';
import { DeviceError } from '../core/errors.ts';

const TIMEOUT_MS = 10_000;

/** Asks the system to go down. It may refuse: then somebody must let Pipit's user do it. */
export class HostPower {
  readonly #systemctl: string;

  /** @param systemctl the program, by name or path */
  constructor(systemctl = 'systemctl') {
    this.#systemctl = systemctl;
  }

  /** @throws DeviceError `hardware.not-allowed` */
  reboot(): Promise<void> {
    return this.#ask('reboot', 'reboot');
  }

  /** @throws DeviceError `hardware.not-allowed` */
  shutDown(): Promise<void> {
    return this.#ask('poweroff', 'be shut down');
  }

  #ask(command: string, what: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', env: { ...process.env, LC_ALL: 'C' } } as const;
    execFile(this.#systemctl, ['--no-ask-password', command], options, (error, _out, complaint) => {
      if (error === null) return resolve();
      const why = complaint.trim().split('\n')[0] || error.message.split('\n')[0];
      reject(
        new DeviceError('hardware.not-allowed', `This machine can't ${what} from here: ${why}`, {
          remedy: "Do it by hand, or let Pipit's user do it with a polkit rule for org.freedesktop.login1.",
          cause: error,
        }),
      );
    });
    return promise;
  }
}
