import { listHostFiles, readHostFile } from './host-files.ts';

/** The card itself; its boot partitions (`mmcblk0boot0`) are no cards of their own. */
const CARD = /^mmcblk\d+$/;
/** Beyond what the maker has estimated. */
const EXCEEDED = 11;

/**
 * How worn cards are: `life_time` of the kernel's mmc driver (Documentation/driver-api/mmc/mmc-dev-attrs.rst), which is
 * DEVICE_LIFE_TIME_EST_TYP_A and _B of the card (JESD84-B51, 7.4.8): 1 is up to a tenth of its life, 2 up to two tenths, 11
 * more than all of it, 0 not told. eMMC tells it; SD cards have no such register.
 *
 * @returns of the most worn, 0 to 1; undefined where no card tells
 */
export async function readCardWear(sysRoot: string): Promise<number | undefined> {
  let worst: number | undefined;
  for (const name of await listHostFiles(`${sysRoot}/block`)) {
    if (!CARD.test(name)) continue;
    const text = (await readHostFile(`${sysRoot}/block/${name}/device/life_time`)) ?? '';
    for (const [digits] of text.matchAll(/0x[\da-f]+/gi)) {
      const tenths = Number(digits);
      if (tenths >= 1 && tenths <= EXCEEDED) worst = Math.max(worst ?? 0, Math.min(1, tenths / 10));
    }
  }
  return worst;
}
