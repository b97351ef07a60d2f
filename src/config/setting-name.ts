import { ConfigError } from '../core/errors.ts';
import type { HclBlock, HclBody } from './hcl-syntax.ts';

/** Blocks with a name, by which there can be several of a type. */
const LABELLED = ['source', 'camera', 'mount'];
const KEY = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/** More than the longest path of a mount with the longest key. */
const MAX_LENGTH = 256;

/** What a dotted name stands for in a file. */
export interface SettingName {
  /** `source`; empty for the top level. */
  readonly type: string;
  /** `mic`; undefined for a block that stands at most once. */
  readonly label: string | undefined;
  /** `gain_db`; undefined for the whole block. */
  readonly key: string | undefined;
}

/**
 * Takes a dotted name apart: `profile`, `metadata.station_name`, `source.mic.gain_db`, `mount./stream.fallback`, or a
 * whole block: `source.mic`, `mqtt`. The path of a mount may hold dots itself, so what there is in the file decides.
 * @throws ConfigError `config.refused`
 */
export function settingName(name: string, body: HclBody): SettingName {
  if (name.length > MAX_LENGTH) throw noName(name);
  const [type = '', ...rest] = name.split('.');
  if (!KEY.test(type)) throw noName(name);
  if (rest.length === 0) {
    const isBlock = body.blocks.some((block) => block.type === type);
    return isBlock ? { type, label: undefined, key: undefined } : { type: '', label: undefined, key: type };
  }
  if (!LABELLED.includes(type)) {
    const [key = ''] = rest;
    if (rest.length > 1 || !KEY.test(key)) throw noName(name);
    return { type, label: undefined, key };
  }
  const whole = rest.join('.');
  const label = rest.slice(0, -1).join('.');
  const key = rest.at(-1) ?? '';
  const holder = findBlock(body, { type, label });
  const isWhole = label === '' || findBlock(body, { type, label: whole }) !== undefined;
  if (isWhole && !holder?.body.attributes.some((attribute) => attribute.name === key)) {
    return { type, label: whole, key: undefined };
  }
  if (!KEY.test(key)) throw noName(name);
  return { type, label, key };
}

/** The first block of that type and label. */
export function findBlock(body: HclBody, { type, label }: Pick<SettingName, 'type' | 'label'>): HclBlock | undefined {
  return body.blocks.find((block) => block.type === type && block.labels[0]?.text === label);
}

function noName(name: string): ConfigError {
  return new ConfigError('config.refused', `${JSON.stringify(name.slice(0, 80))} is no name of a setting`, {
    remedy: 'Names are written like metadata.station_name or source.mic.gain_db.',
  });
}
