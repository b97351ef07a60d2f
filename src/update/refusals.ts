import { DeviceError, type ErrorReport, NetworkError, PipitError, reportOf } from '../core/errors.ts';

/** Larger than both partitions of a system, which no update fills. */
export const MAX_BUNDLE_BYTES = 512 * 1024 * 1024;

const DAMAGED = 'The file is damaged, or is no update';
const BEGIN_ANEW = 'Get the file again, from where Pipit is published, and try once more.';

/** Reasons that RAUC gives (src/signature.c, src/bundle.c, src/install.c of RAUC), and what they come to for people. */
const REASONS: readonly (readonly [RegExp, code: string, message: string, remedy: string])[] = [
  // What is signed differs from what is there.
  [/digest|verification failure|content verify error/i, 'update.damaged', DAMAGED, BEGIN_ANEW],
  [
    /signature verification failed|unable to get local issuer|self.signed certificate|certificate verif|failed to verify|no signer|CMS/i,
    'update.not-trusted',
    'The file is not signed by anyone whose updates this machine takes',
    'Take an update from where this image came from. Who builds images signs updates with the same key.',
  ],
  [
    /compatible mismatch|does not match/i,
    'update.not-for-this',
    'The update is for another kind of machine',
    'Take the file for this one.',
  ],
  [
    /invalid identifier|not a valid bundle|bundle (?:is )?too small|signature size|unexpected end|squashfs|input\/output error|verity|corrupt|checksum/i,
    'update.damaged',
    DAMAGED,
    BEGIN_ANEW,
  ],
  [
    /no space left/i,
    'update.no-space',
    'There is not enough space on the card for the update',
    'Delete clips and recordings, or use a larger card.',
  ],
  [/already processing|busy/i, 'update.busy', 'Another installation is under way', 'Wait until it is done.'],
];

/** RAUC's words for why something failed, as an error for people. */
export function refusalOf(words: string): DeviceError {
  const found = REASONS.find(([pattern]) => pattern.test(words));
  if (found === undefined) {
    return new DeviceError('update.failed', `The update could not be installed: ${words}`, {
      remedy: 'The system that runs was not touched. Try again; if it fails again, report this with the log.',
    });
  }
  const [, code, message, remedy] = found;
  return new DeviceError(code, message, { remedy });
}

/** Anything that was thrown while an update was under way. */
export function refusalReport(error: unknown): ErrorReport {
  if (error instanceof PipitError && error.code === 'update.rauc')
    return reportOf(refusalOf(error.message), 'update.failed');
  return reportOf(error, 'update.failed');
}

export function isBusy(): DeviceError {
  return new DeviceError('update.busy', 'Another update is under way', { remedy: 'Wait until it is done.' });
}

export function noRauc(): DeviceError {
  return new DeviceError('update.none-here', 'This system does not update itself as a whole', {
    remedy: "Update Pipit as it was installed: with a newer .deb, or the system's own updates.",
  });
}

export function otherMachine(wanted: string, got: string): DeviceError {
  return new DeviceError('update.not-for-this', `The update is for ${got || 'something else'}, and this is ${wanted}`, {
    remedy: 'Take the file for this machine.',
  });
}

export function older(version: string, running: string): DeviceError {
  return new DeviceError('update.older', `The update has version ${version}, and ${running} runs already`, {
    remedy: 'To go back on purpose, use: pipit update --allow-older FILE, or pipit update --rollback.',
  });
}

export function tooLarge(): DeviceError {
  return new DeviceError('update.too-large', `An update has ${MAX_BUNDLE_BYTES / 2 ** 20} MiB at most`, {
    remedy: 'Look whether it is the right file: its name ends in .raucb.',
  });
}

export function noSpace(neededBytes: number, freeBytes: number): DeviceError {
  const mib = (value: number) => Math.ceil(value / 2 ** 20);
  return new DeviceError(
    'update.no-space',
    `The update takes ${mib(neededBytes)} MiB, and ${mib(freeBytes)} are free`,
    { remedy: 'Delete clips and recordings, or use a larger card.' },
  );
}

export function notWhole(got: number, wanted: number): NetworkError {
  return new NetworkError('update.broken-off', `The update broke off after ${got} of ${wanted} bytes`, {
    remedy: 'Try again.',
  });
}

/** @param why goes on after "The address" */
export function notDownloaded(why: string, cause?: unknown): NetworkError {
  return new NetworkError('update.no-download', `The address ${why}`, {
    remedy: 'Check the address and the network, then try again.',
    cause,
  });
}
