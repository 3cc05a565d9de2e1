// What needs files or a terminal.
export * from '@twilljs/data/node';
export * from '@twilljs/hub/node';
export * from '@twilljs/train/node';
