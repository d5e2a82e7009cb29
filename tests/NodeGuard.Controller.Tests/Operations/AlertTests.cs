using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests.Operations;

/// <summary>deploy/alerts, its pages for people, and what Prometheus itself says of it.</summary>
public sealed class AlertTests
{
    private static readonly string Rules = File.ReadAllText(Path.Combine(Root(), "deploy", "alerts", "controller.yaml"));

    [Fact]
    public void Each_alert_has_its_page_and_each_page_its_alert()
    {
        string[] alerts = [.. Regex.Matches(Rules, @"- alert: (\w+)").Select(static found => found.Groups[1].Value)];
        string[] named = [.. Regex.Matches(Rules, @"runbook: docs/runbooks/(\w+)\.md").Select(static found => found.Groups[1].Value)];
        string[] pages = [.. Directory.EnumerateFiles(Path.Combine(Root(), "docs", "runbooks"), "*.md").Select(static page => Path.GetFileNameWithoutExtension(page))];

        alerts.Length.ShouldBe(7);
        named.ShouldBe(alerts);
        pages.Order(StringComparer.Ordinal).ShouldBe(alerts.Order(StringComparer.Ordinal));
        foreach (string page in pages)
        {
            string text = File.ReadAllText(Path.Combine(Root(), "docs", "runbooks", $"{page}.md"));
            text.ShouldStartWith($"# {page}\n");
            foreach (string part in (string[])["## What it means", "## What to look at", "## What to do"])
                text.ShouldContain(part, customMessage: page);
        }
    }

    [Fact]
    public void Alerts_and_pages_name_only_metrics_that_the_controller_has()
    {
        string sources = string.Concat(Directory.EnumerateFiles(Path.Combine(Root(), "src", "NodeGuard.Controller", "Metrics"), "*.cs").Select(File.ReadAllText));
        string pages = string.Concat(Directory.EnumerateFiles(Path.Combine(Root(), "docs", "runbooks"), "*.md").Select(File.ReadAllText));
        string[] used = [.. Regex.Matches(Rules + pages, @"\bnodeguard_\w+").Select(static found => found.Value).Distinct()];

        used.Length.ShouldBeGreaterThan(8);
        used.ShouldAllBe(name => sources.Contains($"\"{name}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prometheus_raises_them_when_it_should_and_only_then()
    {
        (int exit, string output) = await PromtoolAsync("test", "rules", Path.Combine(Root(), "tests", "fixtures", "alerts", "controller.test.yaml"));

        exit.ShouldBe(0, output);
        (exit, output) = await PromtoolAsync("check", "rules", Path.Combine(Root(), "deploy", "alerts", "controller.yaml"));
        exit.ShouldBe(0, output);
    }

    private static async Task<(int Exit, string Output)> PromtoolAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("promtool", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process promtool;
        try
        {
            promtool = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("promtool cannot be started; install the Debian package prometheus", e);
        }

        using (promtool)
        {
            Task<string> output = promtool.StandardOutput.ReadToEndAsync();
            Task<string> errors = promtool.StandardError.ReadToEndAsync();
            await promtool.WaitForExitAsync();
            return (promtool.ExitCode, await output + await errors);
        }
    }

    private static string Root([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}
