using System.Text.Json;
using NodeGuard.Benchmarks.Caching;
using NodeGuard.Benchmarks.Draining;
using NodeGuard.Benchmarks.Fleet;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Benchmarks.Planning;
using NodeGuard.Lab.Tests.Lab;
using NodeGuard.Testing.Ageing;

namespace NodeGuard.Benchmarks.Bench;

/// <summary>All measurements, or those that are named, in one run on one host.</summary>
internal static class BenchCommand
{
    private const string Json = "--json";

    // Only when named: it compares the agent with itself.
    private const string Settings = "settings";

    // Only when named: they are no part of the agent and need no lab.
    private const string Sandbox = "sandbox";
    private const string Cache = "cache";
    private const string Drain = "drain";
    private const string Plan = "plan";
    private const string Ttl = "ttl";
    private const string Controller = "controller";
    private const string Day = "day";
    private static readonly string[] WithoutLab = [Sandbox, Cache, Drain, Plan, Ttl, Controller, Day];
    private static readonly string[] Names = ["gaps", "restore", "size", "rest"];

    public static async Task<int> RunAsync(string[] args)
    {
        string? unknown = args.FirstOrDefault(arg => arg is not (Json or Settings) && !Names.Contains(arg) && !WithoutLab.Contains(arg));
        if (unknown is not null)
        {
            await Console.Error.WriteLineAsync(
                $"bench: unknown argument '{unknown}'; allowed: {string.Join(", ", Names)} (all of these when none is named), {Settings}, {string.Join(", ", WithoutLab)} and {Json}");
            return 64;
        }

        string[] named = [.. args.Where(arg => arg != Json)];
        if (named.Length == 0 || named.Except(WithoutLab).Any())
        {
            LabHost.RequireRoot();
        }

        BenchReport report = await MeasureAsync(named.Length > 0 ? named : Names);
        if (args.Contains(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.BenchReport));
        }
        else
        {
            Print(report);
        }

        return 0;
    }

    private static async Task<BenchReport> MeasureAsync(string[] named)
    {
        var report = new BenchReport
        {
            Host = $"Linux {Environment.OSVersion.Version}, {Environment.ProcessorCount} cores",
            Started = TimeProvider.System.GetUtcNow(),
        };
        if (named.Contains("rest"))
        {
            report = report with { Rest = await RestBench.RunAsync(Say) };
        }

        if (named.Contains("gaps"))
        {
            report = report with { Gaps = await GapsBench.RunAsync(Say) };
        }

        if (named.Contains("restore"))
        {
            report = report with { Restore = await RestoreBench.RunAsync(Say) };
        }

        if (named.Contains(Cache))
        {
            report = report with { Cache = await CacheBench.RunAsync(Say) };
        }

        if (named.Contains(Drain))
        {
            report = report with { Drain = await DrainBench.RunAsync(Say) };
        }

        if (named.Contains(Plan))
        {
            report = report with { Plan = PlanBench.Run(Say) };
        }

        if (named.Contains(Ttl))
        {
            report = report with { Ttl = TtlBench.Run(Say) };
            Say("a day of 5,000 nodes, forecast and outcome");
            report = report with { Forecast = ForecastTrial.Run(5_000) };
        }

        if (named.Contains(Controller))
        {
            report = report with { Controller = await ControllerBench.RunAsync(Say) };
        }

        if (named.Contains(Day))
        {
            report = report with { Day = await DayBench.RunAsync(Say) };
        }

        if (named.Contains(Settings))
        {
            report = report with { Settings = await SettingsBench.RunAsync(Say) };
        }

        if (named.Contains(Sandbox))
        {
            report = report with { Sandbox = await SandboxBench.RunAsync(Say) };
        }

        return named.Contains("size") ? report with { Size = await SizeBench.RunAsync(Say) } : report;
    }

    private static void Print(BenchReport report)
    {
        Console.WriteLine($"{report.Host}, {report.Started:yyyy-MM-dd HH:mm} UTC");
        Sheet?[] sheets =
        [
            report.Gaps is { } gaps ? GapsBench.SheetOf(gaps) : null,
            report.Restore is { } restore ? RestoreBench.SheetOf(restore) : null,
            report.Size is { } size ? SizeBench.SheetOf(size) : null,
            report.Rest is { } rest ? RestBench.SheetOf(rest) : null,
            report.Sandbox is { } sandbox ? SandboxBench.SheetOf(sandbox) : null,
            report.Settings is { } settings ? SettingsBench.SheetOf(settings) : null,
            report.Cache is { } cache ? CacheBench.SheetOf(cache) : null,
            report.Drain is { } drain ? DrainBench.SheetOf(drain) : null,
            report.Plan is { } plan ? PlanBench.SheetOf(plan) : null,
            report.Ttl is { } ttl ? TtlBench.SheetOf(ttl) : null,
            report.Forecast is { } forecast ? TtlBench.SheetOf(forecast) : null,
            report.Controller is { } controller ? ControllerBench.SheetOf(controller) : null,
            report.Day is { } day ? DayBench.SheetOf(day) : null,
        ];
        foreach (Sheet sheet in sheets.OfType<Sheet>())
        {
            sheet.Print();
        }
    }

    private static void Say(string step) => Console.Error.WriteLine($"bench: {step}");
}
