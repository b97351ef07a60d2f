import type { HostLoad } from '../core/host-load.ts';
import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import { type Codec, LADDER, type Rung, rungsOf } from '../core/rung.ts';
import type { EncoderEffort } from '../core/source-settings.ts';
import { Stepper } from '../core/stepper.ts';
import { allowedRungs, encodedWith, MOVABLE_CODECS, type SoundAudience } from './allowed-rungs.ts';
import { AUDIO_STEPS, type AudioStep, LAST_EFFORT_STEP } from './audio-governor-ladder.ts';
import { AudioPressureGauge, type AudioReason, type SoundTroubles } from './audio-governor-pressure.ts';
import { differsFor, EFFORT_NAMES, type EffortName, effortsOf } from './encoder-efforts.ts';

/** What the sound of the whole box does without at present. */
export interface AudioSavings extends Pick<AudioStep, 'step' | 'maxRungs' | 'maxKbps'> {
  /** Why the last step was taken that saves; undefined at step 0. */
  readonly reason: AudioReason | undefined;
  readonly effort: EncoderEffort;
  readonly effortName: EffortName;
}

/** How sound and box do, at one moment. */
export interface AudioInput {
  readonly load: HostLoad;
  readonly troubles: SoundTroubles;
  /** The rungs that are encoded, over all sources. */
  readonly encoded: readonly Rung[];
  readonly audience: SoundAudience;
}

/** What whoever looks at the whole box lets sound do now. Effort may always be saved, and rungs always come back. */
export interface AudioPermit {
  /** Sound that is being lost needs no permission. */
  readonly maySaveRungs: boolean;
  readonly mayRestoreEffort: boolean;
}

export interface AudioGovernorOptions {
  readonly effort: EncoderEffort;
  /** The rung that is encoded whether anybody listens to it or not; null: none. */
  readonly defaultRung: Rung | null;
}

type Settings = Pick<QuickSyncSettings, 'enabled' | 'highCpuPercent' | 'moderateCpuPercent'>;

const ANY: AudioPermit = { maySaveRungs: true, mayRestoreEffort: true };

/**
 * Saves for the whole box before its sound breaks up: first the encoders' effort, then the number of rungs encoded at
 * once, then the highest of them; one step at a time (`Stepper`: within seconds, and slowly back). A step that would save
 * nothing, for nobody listens so, is passed over: only what sound costs can be saved by sound.
 *
 * It knows no clock: the time comes with each tick.
 */
export class AudioGovernor {
  readonly #gauge = new AudioPressureGauge();
  readonly #stepper = new Stepper();
  readonly #efforts: readonly EncoderEffort[];
  readonly #defaultRung: Rung | null;
  #savings: AudioSavings;
  #allowed: ReadonlyMap<Codec, readonly Rung[]> = ALL_RUNGS;
  #isOpen = true;
  #isUrgent = false;
  #givesEffort = false;

  constructor({ effort, defaultRung }: AudioGovernorOptions) {
    this.#efforts = effortsOf(effort);
    this.#defaultRung = defaultRung;
    this.#savings = this.#savingsAt(0, undefined);
  }

  /** What holds now; the same object until it changes. */
  get savings(): AudioSavings {
    return this.#savings;
  }

  /** As of the last tick, the box can do with more sound than is encoded now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** As of the last tick, sound is being lost. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** As of the last tick, sound has a reason to save, and effort left to save it with. */
  get givesEffort(): boolean {
    return this.#givesEffort;
  }

  /** It does without rungs, and not only without effort. */
  get savesRungs(): boolean {
    return this.#savings.step > LAST_EFFORT_STEP;
  }

  /** The rungs that listeners who can be moved may be on, lowest bitrate first; the same array until it changes. */
  allowed(codec: Codec): readonly Rung[] {
    return this.#allowed.get(codec) ?? [];
  }

  /**
   * About once a second. Takes a step at most.
   *
   * @param nowUs microseconds of any clock that only goes forward
   */
  tick(nowUs: number, input: AudioInput, settings: Settings, permit = ANY): AudioSavings {
    if (!settings.enabled && this.savesRungs) this.#giveRungsBack();
    const { step } = this.#stepper;
    const felt = this.#gauge.feel(nowUs, input.load, input.troubles, settings);
    const { reason, isCalm, isUrgent, lastStep } = felt;
    const next = this.#nextSaving(input, settings.enabled ? lastStep : Math.min(lastStep, LAST_EFFORT_STEP));
    // With less effort a busy processor has got its share; what is hot, or has given rungs away, must have room first.
    const isEased = step === 0 || (step <= LAST_EFFORT_STEP && this.#savings.reason === 'cpu');
    this.#isOpen = isEased ? !felt.isHard : felt.hasRoom;
    this.#isUrgent = isUrgent;
    this.#givesEffort = next !== undefined && next <= LAST_EFFORT_STEP;
    const wish = this.#stepper.feel(nowUs, { isPressed: next !== undefined, isCalm });
    if (wish === 'more' && next !== undefined) {
      if (next <= LAST_EFFORT_STEP || permit.maySaveRungs || isUrgent) this.#take(nowUs, next, input, reason);
    } else if (wish === 'less' && (step > LAST_EFFORT_STEP || permit.mayRestoreEffort)) {
      this.#take(nowUs, this.#nextRecovery(input), input, this.#savings.reason);
    }
    return this.#savings;
  }

  /** Something else than sound has changed the load: the next step waits until that shows. */
  wait(nowUs: number): void {
    this.#stepper.wait(nowUs);
  }

  /** Nobody is moved any more. */
  #giveRungsBack(): void {
    this.#stepper.renumber(LAST_EFFORT_STEP);
    this.#allowed = ALL_RUNGS;
    this.#savings = this.#savingsAt(LAST_EFFORT_STEP, this.#savings.reason);
  }

  /** The next step that saves something of what is encoded now. */
  #nextSaving(input: AudioInput, lastStep: number): number | undefined {
    return AUDIO_STEPS.find(({ step }) => step > this.#stepper.step && step <= lastStep && this.#isSaving(step, input))
      ?.step;
  }

  #isSaving(step: number, input: AudioInput): boolean {
    if (step <= LAST_EFFORT_STEP) return this.#changesEffort(step, input);
    const { audience } = input;
    const allowed = this.#allowedAt(step, audience);
    const before = encodedWith((codec) => this.allowed(codec), audience, this.#defaultRung);
    const after = encodedWith((codec) => allowed.get(codec) ?? [], audience, this.#defaultRung);
    // Beside a listener who stays where it is, a lower rung would be one more.
    return after.size < before.size || (after.size === before.size && kbpsOf(after) < kbpsOf(before));
  }

  /** The next step down that gives something back. Rungs come back before effort does. */
  #nextRecovery(input: AudioInput): number {
    const { step } = this.#stepper;
    if (step <= LAST_EFFORT_STEP) return step > 1 && this.#changesEffort(step - 1, input) ? step - 1 : 0;
    const codecs = new Set([...input.audience].filter(([, { movable }]) => movable > 0).map(([{ codec }]) => codec));
    for (let lower = step - 1; lower > LAST_EFFORT_STEP; lower--) {
      const allowed = this.#allowedAt(lower, input.audience);
      const isMore = (codec: Codec): boolean =>
        (allowed.get(codec) ?? []).some((one) => !this.allowed(codec).includes(one));
      if ([...codecs].some(isMore)) return lower;
    }
    return LAST_EFFORT_STEP;
  }

  #changesEffort(step: number, { encoded }: AudioInput): boolean {
    const { effort } = this.#savingsAt(step, undefined);
    return encoded.some(({ codec }) => differsFor(codec, this.#savings.effort, effort));
  }

  #take(nowUs: number, step: number, { audience }: AudioInput, reason: AudioReason | undefined): void {
    this.#stepper.take(nowUs, step);
    this.#allowed = this.#allowedAt(step, audience);
    this.#savings = this.#savingsAt(step, step === 0 ? undefined : reason);
  }

  /** Who listens to what when the step is taken decides which rungs stay. */
  #allowedAt(step: number, audience: SoundAudience): ReadonlyMap<Codec, readonly Rung[]> {
    if (step <= LAST_EFFORT_STEP) return ALL_RUNGS;
    const saving = AUDIO_STEPS[step] as AudioStep;
    const limited = MOVABLE_CODECS.map(
      (codec) => [codec, allowedRungs(codec, saving, audience, this.#defaultRung)] as const,
    );
    return new Map([...ALL_RUNGS, ...limited]);
  }

  #savingsAt(step: number, reason: AudioReason | undefined): AudioSavings {
    const { effortIndex, maxRungs, maxKbps } = AUDIO_STEPS[step] as AudioStep;
    return {
      step,
      reason,
      effort: this.#efforts[effortIndex] as EncoderEffort,
      effortName: EFFORT_NAMES[effortIndex],
      maxRungs,
      maxKbps,
    };
  }
}

const ALL_RUNGS: ReadonlyMap<Codec, readonly Rung[]> = new Map(LADDER.map(({ codec }) => [codec, rungsOf(codec)]));

function kbpsOf(rungs: ReadonlySet<Rung>): number {
  return [...rungs].reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0);
}
