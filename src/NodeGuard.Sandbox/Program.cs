using NodeGuard.Sandbox.Hosting;

return await SandboxCommand.RunAsync(args);
