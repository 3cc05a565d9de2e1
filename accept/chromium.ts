// Headless Chromium with WebGPU on its software adapter, as playwright launches it.
export const chromiumFlags = {
  executablePath: '/usr/bin/chromium',
  args: [
    ...['--headless=new', '--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    ...['--enable-features=Vulkan', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    // Without it the adapter takes seconds for each pipeline with workgroup memory.
    '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
  ],
};
