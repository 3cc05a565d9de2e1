declare module 'gpu.js/dist/gpu-browser.min.js';
