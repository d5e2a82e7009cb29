using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>
/// When each operation's provider is asked next: after an answer in even steps, after failures less and less often, and not
/// all operations at once. It is forgotten with the process; then the provider is asked once too often.
/// </summary>
internal sealed class WebhookPace
{
    private const int MostKept = 4096;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostPatience = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Entry> _entries = new();

    /// <returns>What was answered last, while it is too early to ask again.</returns>
    public Asked? Standing(string key, DateTimeOffset now) => _entries.TryGetValue(key, out Entry? entry) && now < entry.NotBefore ? entry.Last : null;

    public void Answered(string key, Asked answer, DateTimeOffset now) => Keep(key, new Entry(0, now + Step, answer), now);

    /// <param name="wanted">How long the provider wants to be left alone; null when it has not said.</param>
    public void Failed(string key, Asked answer, TimeSpan? wanted, DateTimeOffset now)
    {
        int failures = _entries.TryGetValue(key, out Entry? entry) ? entry.Failures + 1 : 1;
        Keep(key, new Entry(failures, now + Rest(key, failures, wanted), answer), now);
    }

    /// <summary>Doubles, up to a minute, a quarter more or less; a provider's wish counts up to five minutes.</summary>
    public static TimeSpan Rest(string key, int failures, TimeSpan? wanted)
    {
        TimeSpan rest = FirstRest * Math.Pow(2, Math.Clamp(failures - 1, 0, 10));
        rest = (rest < LongestRest ? rest : LongestRest) * (0.75 + (Share(key, failures) / 2));
        TimeSpan asked = wanted is { } time && time < MostPatience ? time : wanted is null ? TimeSpan.Zero : MostPatience;
        return asked > rest ? asked : rest;
    }

    // From 0 to 1, the same each time: no source of chance is needed, and tests see what happens in the field.
    private static double Share(string key, int failures) =>
        BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}/{failures}"))) / (double)uint.MaxValue;

    private void Keep(string key, Entry entry, DateTimeOffset now)
    {
        if (_entries.Count >= MostKept)
        {
            foreach ((string old, Entry kept) in _entries)
            {
                if (kept.NotBefore < now)
                    _entries.TryRemove(old, out _);
            }
        }

        _entries[key] = entry;
    }

    private sealed record Entry(int Failures, DateTimeOffset NotBefore, Asked Last);
}
