using System.Globalization;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Testing.Fleet;
using Spectre.Console;

namespace NodeGuard.Benchmarks.Fleet;

/// <summary>The demo on a terminal, as one line that changes; elsewhere, as a line for every few simulated hours.</summary>
internal sealed class FleetScreen(IAnsiConsole console)
{
    private static readonly TimeSpan Between = TimeSpan.FromHours(3);

    private StatusContext? _live;
    private DateTimeOffset _next;
    private DateTimeOffset? _began;

    public Task<int> RunAsync(Func<Task<int>> play)
    {
        if (console.Profile.Out.IsTerminal && console.Profile.Capabilities.Interactive)
        {
            return console.Status().StartAsync("starting", live =>
            {
                _live = live;
                return play();
            });
        }

        // In a file or a pipe a line is as long as it is.
        console.Profile.Width = int.MaxValue;
        return play();
    }

    public void Title(string text) => console.WriteLine($"{Environment.NewLine}{text}");

    public void Say(string text) => console.WriteLine($"   {text}");

    public void Verdict(bool holds, string text) => console.WriteLine($"   {(holds ? "ok    " : "FAILED")} {text}");

    public void Show(PoolLook look, IReadOnlyDictionary<string, int> phases, FleetWatch watch)
    {
        _began ??= look.At;
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{(look.At - _began.Value).TotalHours,5:0.0} h: {100 - look.FirstGeneration,3} recycled, oldest {look.Oldest.TotalHours,4:0.0} h, {look.Unavailable,2} of {watch.Allowed} away ({Phases(phases)})");
        if (_live is not null)
        {
            _live.Status(Markup.Escape(line));
            return;
        }

        if (look.At < _next)
            return;
        _next = look.At + Between;
        Say(line);
    }

    private static string Phases(IReadOnlyDictionary<string, int> phases) => string.Join(
        ", ", Enum.GetNames<RecyclePhase>().Where(phases.ContainsKey).Select(name => $"{phases[name]} {name.ToLowerInvariant()}"));
}
