import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
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
   * @throws VescError `file-unwritable`
   */
  static async create(folder: string, name: string, columns: readonly string[]): Promise<CsvFile> {
    const path = resolve(folder, name);
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
