/** Something that this machine cannot do; a test layer that meets it is skipped and says `message`. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
