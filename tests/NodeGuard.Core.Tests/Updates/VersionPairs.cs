using System.Text;
using NodeGuard.Core.Updates;

namespace NodeGuard.Core.Tests.Updates;

/// <summary>Pairs of good versions that are mostly close to each other, where an order can go wrong.</summary>
internal static class VersionPairs
{
    private const string Upstream = "0011259abzAZ.+~-:";
    private const string Revision = "0011259abzAZ.+~";

    public static IEnumerable<(string Left, string Right)> Generate(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var left = Version(random);
            yield return (left, random.Next(8) == 0 ? Version(random) : Changed(random, left));
        }
    }

    private static string Version(Random random)
    {
        // A hyphen of the upstream part can turn what follows into a revision that allows less.
        while (true)
        {
            var text = Draft(random);
            if (DebianVersion.ProblemOf(text) is null)
                return text;
        }
    }

    private static string Draft(Random random)
    {
        var text = new StringBuilder();
        var epoch = random.Next(3) == 0;
        if (epoch)
            text.Append(random.Next(4)).Append(':');
        text.Append(random.Next(10));
        for (var left = random.Next(8); left > 0; left--)
        {
            var sign = Upstream[random.Next(Upstream.Length)];
            // Without an epoch the first colon would end one.
            text.Append(sign == ':' && !epoch ? '.' : sign);
        }

        if (random.Next(2) == 0)
        {
            text.Append('-').Append(Revision[random.Next(Revision.Length)]);
            for (var left = random.Next(6); left > 0; left--)
                text.Append(Revision[random.Next(Revision.Length)]);
        }

        return text.ToString();
    }

    // One sign more, less or another, until it is a version again.
    private static string Changed(Random random, string version)
    {
        while (true)
        {
            var at = random.Next(version.Length + 1);
            var sign = Upstream[random.Next(Upstream.Length)].ToString();
            var changed = random.Next(3) switch
            {
                0 => version.Insert(at, sign),
                1 when at < version.Length => version.Remove(at, 1),
                _ when at < version.Length => version.Remove(at, 1).Insert(at, sign),
                _ => version,
            };
            if (DebianVersion.ProblemOf(changed) is null)
                return changed;
        }
    }
}
