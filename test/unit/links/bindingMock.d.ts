/** As much of the mock binding as the tests use; the package ships its types where TypeScript does not look. */
declare module '@serialport/binding-mock' {
  export interface MockPortBinding {
    readonly openOptions: { readonly baudRate: number; readonly lock: boolean };
    readonly recording: Buffer;
    write(buffer: Buffer): Promise<void>;
    close(): Promise<void>;
    emitData(data: Buffer): void;
  }
  export interface MockBindingInterface {
    reset(): void;
    createPort(path: string, options?: { record?: boolean }): void;
  }
  export const MockBinding: MockBindingInterface;
}
