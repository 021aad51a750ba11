import { EEPROM_END_OFFSET, EEPROM_OFFSET, IMAGE_LENGTH, MAX_STAGED_PAYLOAD } from '../../src/image/flashMap';
import { HEADER_SIZE, type StagedImage } from '../../src/image/stagingHeader';
import { crc16 } from '../../src/protocol/crc16';
import { syntheticImage, type SyntheticImageOptions } from '../support/syntheticImage';

const TEXTS_OFFSET = 0x4_fa00;
const TEXTS_END = 0x4_fc00;
const CODE_END = 0x800;
const BLANK = 0xff;
/** So many blank bytes become literals; the rest is written shorter, to stay within the staging area. */
const LITERAL_BLANKS = 330_000;
const LONGEST_RUN = 32;

/** An image that is whole and says what it is, and is otherwise blank. */
export function sparseImage(options: SyntheticImageOptions = {}): Uint8Array {
  const full = syntheticImage({ hardware: '60', ...options });
  const image = new Uint8Array(IMAGE_LENGTH).fill(BLANK);
  image.set(full.subarray(0, CODE_END), 0);
  image.fill(0, EEPROM_OFFSET, EEPROM_END_OFFSET);
  image.set(full.subarray(TEXTS_OFFSET, TEXTS_END), TEXTS_OFFSET);
  return image;
}

/**
 * Stages an image so that it fills all three sectors of the staging area and takes few writes: a blank byte as a
 * literal is nine set bits, long runs of them are blank flash again, and blank chunks are not sent. Any correct
 * stream is as good as any other to a bootloader (facts 3.4).
 */
export function stageSparsely(app: Uint8Array): StagedImage {
  const bits = new BitWriter();
  let literals = 0;
  for (let at = 0; at < app.length;) {
    const byte = app[at]!;
    let run = 0;
    if (at > 0 && byte === app[at - 1] && !(byte === BLANK && literals < LITERAL_BLANKS)) {
      while (run < LONGEST_RUN && app[at + run] === byte) run++;
    }
    if (run > 2) {
      // A copy from one byte back, `run` bytes long.
      bits.put(0, 1);
      bits.put(0, 13);
      bits.put(run - 1, 5);
      at += run;
    } else {
      bits.put(0x100 | byte, 9);
      if (byte === BLANK) literals++;
      at++;
    }
  }
  const payload = bits.finish();
  if (payload.length > MAX_STAGED_PAYLOAD) throw new RangeError(`${payload.length} bytes do not fit`);
  const bytes = new Uint8Array(HEADER_SIZE + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (0xcc00_0000 | payload.length) >>> 0);
  view.setUint16(4, crc16(payload));
  bytes.set(payload, HEADER_SIZE);
  return { bytes, payload_B: payload.length, raw_B: app.length, compressed: true };
}

class BitWriter {
  private readonly bytes: number[] = [];
  private held = 0;
  private count = 0;

  put(value: number, width: number): void {
    this.held = (this.held << width) | value;
    this.count += width;
    while (this.count >= 8) {
      this.count -= 8;
      this.bytes.push((this.held >> this.count) & 0xff);
    }
    this.held &= (1 << this.count) - 1;
  }

  finish(): Uint8Array {
    if (this.count > 0) this.put(0, 8 - this.count);
    return Uint8Array.from(this.bytes);
  }
}
