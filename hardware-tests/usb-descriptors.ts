/*
 * What a USB microphone says of itself: one channel of 16 bits at 48 kHz, by the Audio Device Class 1.0 (UAC 1.0, chapter 4)
 * on USB 2.0 (chapter 9). The vendor is the Linux Foundation, whose numbers virtual devices use.
 */

const VENDOR = [0x6b, 0x1d];
const PRODUCT = [0x01, 0x01];
/** As `usbid` of the card says it. */
export const USB_ID = '1d6b:0101';
export const PRODUCT_NAME = 'Pipit Test Microphone';

const DEVICE = Buffer.from([18, 1, 0x00, 0x02, 0, 0, 0, 64, ...VENDOR, ...PRODUCT, 0x00, 0x01, 1, 2, 0, 1]);

const CONTROL_PARTS = [
  // Header: 30 bytes of this class, one streaming interface.
  [9, 0x24, 1, 0x00, 0x01, 30, 0, 1, 1],
  // A microphone of one channel …
  [12, 0x24, 2, 1, 0x01, 0x02, 0, 1, 0, 0, 0, 0],
  // … goes to USB.
  [9, 0x24, 3, 2, 0x01, 0x01, 0, 1, 0],
];
const INTERFACES = [
  [9, 4, 0, 0, 0, 1, 1, 0, 0],
  ...CONTROL_PARTS,
  // Streaming: silent without, and with its endpoint.
  [9, 4, 1, 0, 0, 1, 2, 0, 0],
  [9, 4, 1, 1, 1, 1, 2, 0, 0],
  [7, 0x24, 1, 2, 1, 0x01, 0x00],
  [11, 0x24, 2, 1, 1, 2, 16, 1, 0x80, 0xbb, 0x00],
  // Isochronous and asynchronous, 100 bytes each millisecond.
  [9, 5, 0x81, 0x05, 100, 0, 1, 0, 0],
  [7, 0x25, 1, 0, 0, 0, 0],
].flat();
const TOTAL = 9 + INTERFACES.length;
const CONFIGURATION = Buffer.from([9, 2, TOTAL & 0xff, TOTAL >> 8, 2, 1, 0, 0x80, 50, ...INTERFACES]);

const STRINGS = [Buffer.from([4, 3, 0x09, 0x04]), stringOf('Pipit'), stringOf(PRODUCT_NAME)];

const GET_STATUS = 0;
const GET_DESCRIPTOR = 6;
const SET_CONFIGURATION = 9;
const SET_INTERFACE = 11;

/**
 * The answer to a control request.
 * @param setup its eight bytes (USB 2.0, 9.3)
 * @returns undefined when it is not understood: the device stalls
 */
export function answerControl(setup: Buffer): Buffer | undefined {
  const [type = 0, request = 0, index = 0, kind = 0] = setup;
  if (request === GET_DESCRIPTOR && type === 0x80) {
    return kind === 1 ? DEVICE : kind === 2 ? CONFIGURATION : kind === 3 ? STRINGS[index] : undefined;
  }
  if (request === GET_STATUS && (type & 0x80) !== 0) return Buffer.alloc(2);
  if (request === SET_CONFIGURATION || request === SET_INTERFACE) return Buffer.alloc(0);
  return undefined;
}

function stringOf(text: string): Buffer {
  return Buffer.concat([Buffer.from([2 + text.length * 2, 3]), Buffer.from(text, 'utf16le')]);
}
