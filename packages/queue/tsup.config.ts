// Built by the one shared configuration.
export { default } from '../../tsup.config.ts';
