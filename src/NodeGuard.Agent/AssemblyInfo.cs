using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("NodeGuard.Agent.Tests")]
[assembly: InternalsVisibleTo("nodeguard")]
[assembly: InternalsVisibleTo("NodeGuard.Benchmarks")]
[assembly: InternalsVisibleTo("NodeGuard.Cli.Tests")]
