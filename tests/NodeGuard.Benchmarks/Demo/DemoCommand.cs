using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Lab.Tests.Lab;
using Spectre.Console;

namespace NodeGuard.Benchmarks.Demo;

/// <summary>Three flushes by the real systemd-networkd: without NodeGuard, with restoring alone, and with NodeGuard as it comes.</summary>
internal static class DemoCommand
{
    public static async Task<int> RunAsync()
    {
        LabHost.RequireRoot();
        LabSuite suite = LabSuite.Trixie;
        await RootFileSystem.EnsureAsync(suite);
        FlushRun[] runs =
        [
            new(suite, new NoDefence("without NodeGuard"), Load.Usual),
            new(suite, new NodeGuardDefence("NodeGuard, restoring only", "off"), Load.Usual),
            new(suite, new NodeGuardDefence("NodeGuard, as it comes", "runtime"), Load.Usual),
        ];
        Console.WriteLine(
            $"Debian's systemd {suite.SystemdVersion} in a booted container: `systemctl restart systemd-networkd` with "
            + $"{Load.Usual.Rules} foreign rules and {Load.Usual.Routes} foreign routes.");
        FlushResult[] results = Console.IsOutputRedirected ? await PlainAsync(runs) : await LiveAsync(runs);
        DemoVerdict verdict = DemoVerdict.Of(results[0], results[1], results[2]);
        Console.WriteLine(verdict.Text);
        return verdict.Kept ? 0 : 1;
    }

    private static async Task<FlushResult[]> PlainAsync(FlushRun[] runs)
    {
        var results = new List<FlushResult>();
        foreach (FlushRun run in runs)
        {
            string step = "";
            FlushResult result = await run.RunAsync(progress =>
            {
                if (progress.Step != step)
                {
                    step = progress.Step;
                    Console.Error.WriteLine($"{run.Defence.Name}: {step}");
                }
            });
            results.Add(result);
            Console.WriteLine(DemoTable.Sentence(result));
        }

        return [.. results];
    }

    private static async Task<FlushResult[]> LiveAsync(FlushRun[] runs)
    {
        DemoRun[] shown = [.. runs.Select(run => new DemoRun(run.Defence.Name))];
        var results = new FlushResult[runs.Length];
        await AnsiConsole.Live(DemoTable.Of(shown)).StartAsync(async live =>
        {
            for (int i = 0; i < runs.Length; i++)
            {
                DemoRun now = shown[i];
                results[i] = await runs[i].RunAsync(progress =>
                {
                    now.Progress = progress;
                    live.UpdateTarget(DemoTable.Of(shown));
                });
                now.Result = results[i];
                live.UpdateTarget(DemoTable.Of(shown));
            }
        });
        return results;
    }
}
