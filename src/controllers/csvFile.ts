import { type FileHandle, open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { VescError } from '../base/errors';
import { fileUnwritable } from '../base/fileErrors';
import { csvCell } from './csvTable';
import type { Fields } from './valueTable';

/** A table that is written line by line; what was written is in the file whatever happens next. */
export class CsvFile {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private readonly columns: readonly string[],
  ) {}

  /**
   * Begins the file `name` with a line of titles.
   * @param replaces a file of that name is replaced; else it is refused
   * @throws VescError `file-unwritable`, `file-exists`
   */
  static async create(
    folder: string,
    name: string,
    columns: readonly string[],
    replaces: boolean,
  ): Promise<CsvFile> {
    const path = resolve(folder, name);
    const there = await stat(path).catch(() => undefined);
    // What is no file keeps nothing: a terminal, a pipe.
    if (!replaces && there?.isFile()) throw new VescError('file-exists', { path });
    try {
      const file = await open(path, 'w');
      await file.write(`${columns.map(csvCell).join(',')}\n`);
      return new CsvFile(path, file, columns);
    } catch (error) {
      throw fileUnwritable(path, error);
    }
  }

  /**
   * Adds a line; columns without a field stay empty.
   * @throws VescError `file-unwritable`
   */
  async write(fields: Fields): Promise<void> {
    try {
      await this.file.write(`${this.columns.map((column) => csvCell(fields[column])).join(',')}\n`);
    } catch (error) {
      throw fileUnwritable(this.path, error);
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
