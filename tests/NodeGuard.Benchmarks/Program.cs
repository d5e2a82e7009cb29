using NodeGuard.Benchmarks.Bench;
using NodeGuard.Benchmarks.Caching;
using NodeGuard.Benchmarks.Demo;
using NodeGuard.Benchmarks.Fleet;
using NodeGuard.Lab.Tests.Lab;

if (args is [CacheBench.ServerRole or CacheBench.ClientRole, .. var arguments])
    return await CacheBench.RunRoleAsync(args[0], arguments);
try
{
    if (args is ["demo", "fleet"])
        return await FleetDemo.RunAsync();
    return args is ["demo"] ? await DemoCommand.RunAsync() : await BenchCommand.RunAsync(args);
}
catch (LabException broken)
{
    await Console.Error.WriteLineAsync($"measurements: {broken.Message}");
    return 2;
}
