import { CRC_INFO_SIZE, EEPROM_END_OFFSET } from '../../src/image/flashMap';
import { syntheticImage } from '../../test/support/syntheticImage';

/** Where the texts of a made-up image begin; what lies behind them is left as it is, too. */
const TEXTS_OFFSET = 0x4_fa00;
const TEXTS_END = 0x5_0000;
/** Half-words that follow each other as instructions do: few are frequent, and each has few likely followers. */
const WORDS = 6000;
const FOLLOWERS = 2;
/** How often a word comes that did not follow this one before. */
const SURPRISE = 0.36;

/**
 * A made-up image with code that compresses as a real one does: to about two thirds, and an encoder that looks ahead
 * gains about one percent over a greedy one.
 */
export function firmwareImage(): Uint8Array {
  const image = syntheticImage();
  let state = 0x2545f491;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  // By a power law: the first words are by far the likeliest.
  const likelyWord = (): number => Math.floor(WORDS * random() ** 4);
  const words = Uint16Array.from({ length: WORDS }, () => random() * 0x10000);
  const followers = Uint16Array.from({ length: WORDS * FOLLOWERS }, likelyWord);
  const view = new DataView(image.buffer);
  let word = 0;
  const fill = (from: number, to: number): void => {
    for (let at = from; at < to; at += 2) {
      word =
        random() < SURPRISE
          ? likelyWord()
          : followers[word * FOLLOWERS + Math.floor(FOLLOWERS * random() ** 2)]!;
      view.setUint16(at, words[word]!, true);
    }
  };
  fill(EEPROM_END_OFFSET, TEXTS_OFFSET);
  fill(TEXTS_END, image.length - CRC_INFO_SIZE);
  return image;
}
